// Helpdesk's live traffic, for whoever drives it from code; the programs are main.ts and seed.ts.
export { type MixName, mixes } from './profile/mix.ts';
export { createHelpdeskProfile, type ProfileOptions } from './profile/profile.ts';
