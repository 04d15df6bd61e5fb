/** All views, in the order of the navigation; the first is the home. */
import type { ComponentType } from 'react';
import { AuditView } from '../audit/audit-view.tsx';
import { DataView } from '../data/data-view.tsx';
import { DeadLettersView } from '../dead-letters/dead-letters-view.tsx';
import { FlowView } from '../flow/flow-view.tsx';
import { MigrationView } from '../migration/migration-view.tsx';
import { MismatchesView } from '../mismatches/mismatches-view.tsx';
import { SagasView } from '../sagas/sagas-view.tsx';
import { TopologyView } from '../topology/topology-view.tsx';
import type { ViewProps } from './view-props.ts';

interface View {
  readonly name: string;
  readonly title: string;
  readonly View: ComponentType<ViewProps>;
}

const home: View = { name: 'topology', title: 'Topology', View: TopologyView };

export const views: readonly View[] = [
  home,
  { name: 'migration', title: 'Migration', View: MigrationView },
  { name: 'mismatches', title: 'Mismatches', View: MismatchesView },
  { name: 'flow', title: 'Event flow', View: FlowView },
  { name: 'sagas', title: 'Sagas', View: SagasView },
  { name: 'dead-letters', title: 'Dead letters', View: DeadLettersView },
  { name: 'data', title: 'Data', View: DataView },
  { name: 'audit', title: 'Audit', View: AuditView },
];

export function viewOf(name: string): View {
  return views.find((it) => it.name === name) ?? home;
}
