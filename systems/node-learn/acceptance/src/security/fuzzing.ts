// Every operation through the gateway with what its contract allows and much that it does not: no 5xx but declared quirks, and answers as declared.
import { randomInt } from 'node:crypto';
import { type HttpAnswer, type Scenario, ScenarioFailure } from '@banyan/proof';
import { type EndpointContract, fuzzEndpoint } from '@banyan/proof/fuzz-endpoint';
import { propertyOptions } from '@banyan/proof/property-options';
import { endpoints } from '@node-learn/contracts';
import { goodTokens, readRows, type Surroundings } from './surroundings.ts';

const runsByDefault = 60;

export function fuzzing(surroundings: Surroundings): Scenario[] {
  const { numRuns, seed: fixed } = propertyOptions(runsByDefault);
  const { seed = fixed ?? randomInt(2 ** 31), runs = numRuns, path } = surroundings;
  return (endpoints as readonly EndpointContract[]).map((endpoint) => ({
    id: `Z:${endpoint.name}`,
    title: `${endpoint.method} ${endpoint.path} answers whatever it is asked as its contract says`,
    run: async (target) => {
      const options = { seed, runs, ...(path === undefined ? {} : { path }) };
      const failure = await fuzzEndpoint(
        endpoint,
        {
          client: target.client,
          tokens: await goodTokens(target, surroundings),
          flags: target.flags,
          endpoints,
          readRows: () => readRows(target),
          isFrontDoor,
        },
        options,
      );
      if (failure !== undefined) throw new ScenarioFailure(failure);
    },
  }));
}

/** The gateway refuses by itself what can be read in two ways, and Node a head that is too large. */
function isFrontDoor({ status, text }: HttpAnswer): boolean {
  return status === 431 || (status === 400 && /"code":"GATEWAY_\w+"/.test(text));
}
