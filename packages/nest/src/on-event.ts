/** Marks a method of a provider as what handles an event, or many; createMessagingModule() finds it. */
import type { EventContract, EventData, EventEnvelope } from '@banyan/contract';
import type { HandlerContext, Outcome } from '@banyan/bus';
import { SetMetadata } from '@nestjs/common';

export const onEventKey = 'banyan:on-event';

export interface OnEventMark {
  readonly contract: EventContract;
  readonly replayable: boolean;
}

/** May take the event alone. */
type EventMethod<Data> = (event: EventEnvelope<Data>, context: HandlerContext<never>) => Promise<Outcome | void>;

type MarkMethod<Data> = <Method extends EventMethod<Data>>(
  target: object,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

interface OnEventOptions {
  /** May also handle events of a replay. Default false. */
  readonly replayable?: boolean;
}

/** The method gets the event and the context of its transaction; several methods of one type run one after another in one transaction. */
export function OnEvent<Contract extends EventContract>(contract: Contract, options: OnEventOptions = {}): MarkMethod<EventData<Contract>> {
  return markMethod([contract], options);
}

/** The same for every event of a list, such as `eventsReadBy()` answers: for a method that treats them alike. */
export function OnEvents(contracts: readonly EventContract[], options: OnEventOptions = {}): MarkMethod<Record<string, unknown>> {
  return markMethod(contracts, options);
}

function markMethod<Data>(contracts: readonly EventContract[], { replayable = false }: OnEventOptions): MarkMethod<Data> {
  const marks = contracts.map((contract) => ({ contract, replayable }));
  const mark = SetMetadata<string, readonly OnEventMark[]>(onEventKey, marks);
  return (target, name, descriptor) => {
    mark(target, name, descriptor);
  };
}
