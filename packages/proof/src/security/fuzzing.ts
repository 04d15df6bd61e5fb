// Every operation through the gateway with what its contract allows and much that it does not: no 5xx but declared quirks, and answers as declared.
import { randomInt } from 'node:crypto';
import { ScenarioFailure } from '../checks.ts';
import { fuzzEndpoint } from '../fuzz-endpoint.ts';
import type { HttpAnswer } from '../http-client.ts';
import { propertyOptions } from '../property-options.ts';
import type { Scenario } from '../scenario.ts';
import { endpointsOf, goodTokens, readRows, type SecuredSystem, type Surroundings } from './secured-system.ts';

const runsByDefault = 60;

export function fuzzing(system: SecuredSystem, surroundings: Surroundings): Scenario[] {
  const { numRuns, seed: fixed } = propertyOptions(runsByDefault);
  const { seed = fixed ?? randomInt(2 ** 31), runs = numRuns, path } = surroundings;
  const endpoints = endpointsOf(system);
  return endpoints.map((endpoint) => ({
    id: `Z:${endpoint.name}`,
    title: `${endpoint.method} ${endpoint.path} answers whatever it is asked as its contract says`,
    run: async (target) => {
      const tokens = await goodTokens(system, target, surroundings);
      const asked = {
        client: target.client,
        tokens,
        flags: target.flags,
        endpoints,
        readRows: () => readRows(system, target),
        isFrontDoor,
      };
      const failure = await fuzzEndpoint(endpoint, asked, { seed, runs, ...(path === undefined ? {} : { path }) });
      if (failure !== undefined) throw new ScenarioFailure(failure);
    },
  }));
}

/** The gateway refuses by itself what can be read in two ways, and Node a head that is too large. */
function isFrontDoor({ status, text }: HttpAnswer): boolean {
  return status === 431 || (status === 400 && /"code":"GATEWAY_\w+"/.test(text));
}
