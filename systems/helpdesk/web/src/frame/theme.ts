/** Whether this page is light or dark. */
import { createTheme } from '@banyan/web/theme';

export const theme = createTheme({ storedAs: 'helpdesk-theme', byDefault: 'light' });
