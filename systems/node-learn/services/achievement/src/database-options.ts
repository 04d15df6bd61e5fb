/** How the service talks to its PostgreSQL. */
import { typeOrmOptions } from '@banyan/nest';

/** Statements are plain SQL: a check reads what one user has done. */
export const databaseOptions = (url: string) => ({ ...typeOrmOptions({ service: 'achievement', url }), entities: [] });
