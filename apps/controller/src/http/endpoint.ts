/** What answers one method and path. */

import type { Controller } from '../controller.ts';
import type { Call } from './json-server.ts';

/** `name` is what stands in the path in the place of `:name`. */
export type Endpoint = (controller: Controller, call: Call, name: string) => Promise<{ readonly status?: number; readonly body: unknown }>;
