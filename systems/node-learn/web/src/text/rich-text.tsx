/** Shows the HTML that questions are written in: a few harmless elements as such, of everything else only the text. */
import { Fragment, memo, type ReactNode } from 'react';

const shownAs = new Set(['p', 'br', 'strong', 'b', 'em', 'i', 'code', 'pre', 'ul', 'ol', 'li', 'kbd', 'sub', 'sup', 'blockquote']);
const leftOut = new Set(['script', 'style', 'template', 'noscript', 'iframe', 'object', 'svg', 'math', 'title']);

interface Props {
  readonly html: string;
}

/** Parsing makes a document without a window: nothing in it is loaded or run, and no attribute is taken over. */
export const RichText = memo(function RichText({ html }: Props) {
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  return <div className="rich-text">{childrenOf(body)}</div>;
});

/** In one line, for lists. */
export function plainText(html: string): string {
  const apart = html.replace(/<\/(?:p|pre|li|blockquote)>/gi, ' $&');
  return (new DOMParser().parseFromString(apart, 'text/html').body.textContent ?? '').replace(/\s+/g, ' ').trim();
}

function childrenOf(node: Node): ReactNode[] {
  return [...node.childNodes].map((child, index) => <Fragment key={index}>{shown(child)}</Fragment>);
}

function shown(node: Node): ReactNode {
  if (node.nodeType === Node.TEXT_NODE) return node.textContent;
  if (!(node instanceof Element)) return null;
  const name = node.localName;
  if (leftOut.has(name)) return null;
  if (!shownAs.has(name)) return childrenOf(node);
  if (name === 'br') return <br />;
  // A listing that is wider than the page is scrolled with the keyboard as well.
  if (name === 'pre') return <pre tabIndex={0}>{childrenOf(node)}</pre>;
  const Name = name as 'p';
  return <Name>{childrenOf(node)}</Name>;
}
