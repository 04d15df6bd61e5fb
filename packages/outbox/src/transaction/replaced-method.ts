/** Takes the place of a method of one object, for a while. */

/** Answers what puts the method that was there before back, once, whether it was the object's own or that of its class. */
export function replaceMethod(object: object, name: string, method: (...options: unknown[]) => unknown): () => void {
  const own = Object.getOwnPropertyDescriptor(object, name);
  Object.defineProperty(object, name, { value: method, configurable: true, writable: true, enumerable: own?.enumerable ?? false });
  let isReplaced = true;
  return () => {
    if (!isReplaced) return;
    isReplaced = false;
    if (own === undefined) Reflect.deleteProperty(object, name);
    else Object.defineProperty(object, name, own);
  };
}
