/** The whole way of an event and a saga in one program, in virtual time, from one seed. */
export { isPlantedBug, type PlantedBug, plantedBugs } from './planted.ts';
export { commandFor, toReport } from './report.ts';
export { type Outcome, simulate } from './simulate.ts';
