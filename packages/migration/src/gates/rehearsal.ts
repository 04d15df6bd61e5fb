/** The gate of recorded writes: done again on scratch copies of both sides, with nothing that differs. */

import type { Gate, GateFacts } from '../gate-facts.ts';
import type { PlannedExtraction } from '../plan.ts';

/** None for an extraction without writes that can be done again, and where the settings ask for none. */
export function rehearsalGate(extraction: PlannedExtraction, { rehearsal }: GateFacts): Gate | undefined {
  const { writesReplayed: needed, rehearsalAgeS: maxAgeS } = extraction.gates;
  if (needed === 0 || !extraction.routes.some((route) => route.rehearsed)) return undefined;
  const base = { name: 'writes rehearsed', isHard: false };
  const next = `Run: banyan rehearse ${extraction.name}`;
  if (rehearsal === undefined) {
    return {
      ...base,
      status: 'wait',
      message: `No write has been rehearsed yet. ${next}`,
      numbers: { asRecorded: 0, needed },
      samples: [],
    };
  }
  const { replayed, asRecorded, differing, rowsDiffering, eventsDiffering, hasAnnounced = true, notAsked = [], samples } = rehearsal;
  const ageS = Math.round(rehearsal.ageS);
  const wrong = differing + rowsDiffering + eventsDiffering;
  const isEnough = asRecorded >= needed && ageS <= maxAgeS && hasAnnounced;
  const found = wrong === 0 ? 'nothing differs' : `${differing} answers, ${rowsDiffering} rows and ${eventsDiffering} events differ`;
  const said = [
    `${asRecorded} of ${needed} writes done again as they were recorded: ${found}${ageS <= maxAgeS ? '' : `, ${ageS} s ago, too old`}.`,
    ...(notAsked.length === 0 ? [] : [`Nobody asked ${notAsked.join(', ')}, so nothing is known of it.`]),
    ...(replayed === 0 || hasAnnounced
      ? []
      : ['Nobody was given anything, so a service that never gives anything would not have been noticed.']),
    ...(wrong === 0 && isEnough ? [] : [next]),
    ...(wrong === 0 && (replayed === 0 || !hasAnnounced)
      ? [`Or move it unproven: banyan advance ${extraction.name} --force --reason "..."`]
      : []),
  ];
  return {
    ...base,
    status: wrong > 0 ? 'fail' : isEnough ? 'pass' : 'wait',
    message: said.join(' '),
    numbers: { replayed, asRecorded, needed, differing, rowsDiffering, eventsDiffering, ageS, maxAgeS },
    samples: samples.slice(0, 10),
  };
}
