/** Turns the controller's state into what the picture shows. */
import type { ExtractionView, StateView } from '@banyan/controller/state-view';
import type { Picture, PictureExtraction } from './picture.ts';

const stages = ['planned', 'replicating', 'shadow', 'canary', 'owner', 'retired'];

function stateToExtractions(state: StateView): PictureExtraction[] {
  return state.extractions.map((extraction) => ({
    name: extraction.name,
    stages: stages.filter((stage) => stage === 'planned' || extraction.positions.some((position) => position.stage === stage)),
    stage: extraction.stage,
    sharePercent: extraction.sharePercent,
    next: extraction.next === undefined ? undefined : positionText(extraction.next.to),
    gates: extraction.next?.gates ?? [],
    flow: flowOf(extraction),
    verified: verificationOf(extraction),
    shadow: extraction.shadow,
    requestsPerSecond: extraction.requestsPerSecond,
  }));
}

export function stateToPicture(
  state: StateView,
  rest: Pick<Picture, 'title' | 'elapsedS' | 'memoryMb' | 'traffic' | 'keys' | 'chosen'>,
  eventCount = 6,
): Picture {
  return {
    ...rest,
    requestsPerSecond: state.requestsPerSecond,
    extractions: stateToExtractions(state),
    busyWith: state.busyWith,
    events: state.events.slice(-eventCount).map((event) => `${event.at.slice(11, 19)} ${event.extraction} ${event.step}: ${event.message}`),
  };
}

export function positionText(position: { stage: string; sharePercent: number }): string {
  return position.stage === 'canary' ? `canary ${position.sharePercent} %` : position.stage;
}

function flowOf(extraction: ExtractionView): PictureExtraction['flow'] {
  if (extraction.follows === 'none') return undefined;
  const service = extraction.service ?? extraction.name;
  const [from, to] = extraction.follows === 'forward' ? ['monolith', service] : [service, 'monolith'];
  const replication = (extraction.replication ?? {}) as { state?: string; lagMs?: number };
  return { from, to, state: replication.state ?? 'unknown', lagMs: replication.lagMs };
}

function verificationOf(extraction: ExtractionView): PictureExtraction['verified'] {
  return extraction.verification as PictureExtraction['verified'];
}
