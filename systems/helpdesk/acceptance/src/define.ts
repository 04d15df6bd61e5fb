// Scenarios of Helpdesk: each has a stage of its own.
import { scenariosOn } from '@banyan/proof';
import { Stage } from './stage.ts';

export const scenario = scenariosOn((target) => new Stage(target));
