/** Marks a method of a provider as what handles an event; createMessagingModule() finds it. */
import type { EventContract, EventData, EventEnvelope } from '@banyan/contract';
import type { HandlerContext, Outcome } from '@banyan/bus';
import { SetMetadata } from '@nestjs/common';

export const onEventKey = 'banyan:on-event';

export interface OnEventMark {
  readonly contract: EventContract;
  readonly replayable: boolean;
}

/** May take the event alone. */
type EventMethod<Contract extends EventContract> = (
  event: EventEnvelope<EventData<Contract>>,
  context: HandlerContext<never>,
) => Promise<Outcome | void>;

/** The method gets the event and the context of its transaction; several methods of one type run one after another in one transaction. */
export function OnEvent<Contract extends EventContract>(
  contract: Contract,
  { replayable = false }: { readonly replayable?: boolean } = {},
) {
  const mark = SetMetadata<string, OnEventMark>(onEventKey, { contract, replayable });
  return <Method extends EventMethod<Contract>>(
    target: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void => {
    mark(target, name, descriptor);
  };
}
