// Node preload (`node --import @banyan/proof/fault-preload`): a fault is planted in the program's own modules while they load.
// BANYAN_PLANTED_FAULT holds it, as plantFault() writes it; a text that is not there ends the program.
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { changeSource, faultVariable, type PlantedFault } from './planted-fault.ts';

const text = process.env[faultVariable];
if (text !== undefined) plant(JSON.parse(text) as PlantedFault);

function plant(fault: PlantedFault): void {
  const modules = new Set(fault.changes.map(({ module }) => module));
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context);
      const module = url.startsWith('file:') ? fileURLToPath(url) : '';
      if (!modules.has(module)) return loaded;
      const source = typeof loaded.source === 'string' ? loaded.source : Buffer.from(loaded.source as Uint8Array).toString();
      return { ...loaded, source: changeSource(fault, module, source) };
    },
  });
}
