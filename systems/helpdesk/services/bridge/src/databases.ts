/** Its own database, where it remembers what it has handled, and the monolith's, to which it only adds. */
import { ServiceDatabase } from '@banyan/nest';
import { Inject, Injectable } from '@nestjs/common';
import { BRIDGE_SETTINGS, type BridgeSettings } from './settings.ts';

@Injectable()
export class OwnDatabase extends ServiceDatabase {
  constructor(@Inject(BRIDGE_SETTINGS) { DATABASE_URL: url }: BridgeSettings) {
    super({ name: 'bridge', url });
  }
}

@Injectable()
export class MonolithDatabase extends ServiceDatabase {
  constructor(@Inject(BRIDGE_SETTINGS) { MONOLITH_DATABASE_URL: url }: BridgeSettings) {
    super({ name: 'bridge to the monolith', url });
  }
}
