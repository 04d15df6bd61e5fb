/** Waits until what a service has written is in the monolith's tables as well: for what the monolith still reads there. */
import { traceHeaders } from '@banyan/telemetry';
import { z } from 'zod';
import { numberSetting, urlSetting } from './settings.ts';

/** Settings of a service that waits for it. */
export const flowBackSettings = {
  /** Who knows whether it has come. */
  CONTROLLER_URL: urlSetting(),
  CONTROLLER_TOKEN: z.string().default(''),
  /** How long it is waited for. */
  FLOW_BACK_WITHIN_MS: numberSetting(1, 60_000).default(1_000),
};

export interface FlowBackOptions {
  /** The extraction whose tables were written. */
  readonly extraction: string;
  readonly settings: z.output<z.ZodObject<typeof flowBackSettings>>;
}

export interface FlowBack {
  /**
   * Resolves when everything that was committed before this call is there, at once when nothing flows back any more. Rejects when it is not known to be
   * there in time, or when the signal says so.
   */
  reached(signal?: AbortSignal): Promise<void>;
}

export function createFlowBack({ extraction, settings }: FlowBackOptions): FlowBack {
  const { CONTROLLER_URL, CONTROLLER_TOKEN, FLOW_BACK_WITHIN_MS } = settings;
  const address = new URL(`/v1/reached?extraction=${encodeURIComponent(extraction)}`, CONTROLLER_URL);
  return {
    reached: async (signal) => {
      const inTime = AbortSignal.timeout(FLOW_BACK_WITHIN_MS);
      const response = await fetch(address, {
        headers: { ...traceHeaders(), authorization: `Bearer ${CONTROLLER_TOKEN}` },
        signal: signal === undefined ? inTime : AbortSignal.any([signal, inTime]),
      });
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`The controller answered ${response.status}`);
    },
  };
}
