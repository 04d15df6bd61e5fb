/** Mistakes that may be put in on purpose, each as it is made elsewhere, so that the simulation can be seen to find it. */

export const plantedBugs = {
  'relay-deletes-first': 'the relay deletes events before the broker has them',
  'relay-has-a-cursor': 'the relay remembers the last position in place of deleting what it has published',
  'inbox-after-effect': 'the inbox is written after the commit of the effect',
  'settles-first': 'a batch is settled before its events are handled',
  'overtakes-deferred': 'later events of a key are handled while an earlier one is set aside',
  'sequence-before-lock': 'the sequence is read before the key is locked',
  'fill-without-lock': 'a copy is filled without the lock before the snapshot',
  'armed-after-action': 'the undo of a step is recorded once its action has answered',
  'lease-without-fence': 'who has lost the lease of the follower goes on writing',
  'position-apart': 'the position of the follower is committed after its rows and events',
} as const;

export type PlantedBug = keyof typeof plantedBugs;

export function isPlantedBug(name: string): name is PlantedBug {
  return Object.hasOwn(plantedBugs, name);
}
