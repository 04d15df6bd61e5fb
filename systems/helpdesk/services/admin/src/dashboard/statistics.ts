/** How many tickets there are: counted by their owner; the last known numbers when it cannot be asked, or need not be. */
import { report } from '@banyan/service';
import { Inject, Injectable } from '@nestjs/common';
import { Neighbours, type TicketNumbers } from '../neighbours.ts';
import { ADMIN_SETTINGS, type AdminSettings } from '../settings.ts';
import { NumbersStore } from './kept-numbers.ts';

export interface Told {
  readonly numbers: TicketNumbers;
  /** They are the last known ones because nobody counts now. */
  readonly isDegraded: boolean;
}

@Injectable()
export class Statistics {
  constructor(
    @Inject(ADMIN_SETTINGS) private readonly settings: AdminSettings,
    @Inject(NumbersStore) private readonly store: NumbersStore,
    @Inject(Neighbours) private readonly neighbours: Neighbours,
  ) {}

  /** Rejects when nobody counts and no numbers are known. */
  async read(): Promise<Told> {
    const kept = await this.store.read(this.settings.DASHBOARD_CACHE_TTL_MS);
    const mayBeKept = this.settings.FLAGS.has('dashboard.cache') && kept.isFresh;
    if (mayBeKept && kept.numbers !== undefined) return { numbers: kept.numbers, isDegraded: false };
    try {
      const numbers = await this.neighbours.countTickets();
      await this.store.keep(numbers, kept);
      return { numbers, isDegraded: false };
    } catch (error) {
      if (kept.numbers === undefined) throw error;
      report('warn', 'admin.statistics.degraded', 'The last known numbers are shown', { reason: (error as Error).message });
      return { numbers: kept.numbers, isDegraded: true };
    }
  }
}
