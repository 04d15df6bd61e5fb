/** How Helpdesk is taken apart, in order. So far nothing leaves: the gateway stands in front, and everything behind it is the monolith's. */

import { defineMigration } from '@banyan/migration';

export default defineMigration({ system: 'helpdesk', extractions: [] });
