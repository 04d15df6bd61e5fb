/** The program in front of the monolith: routes, shadow, canary, holds. */
export { defaultIdentityHeaders, defaultLimits, readGatewayConfig, resolveGatewayConfig } from './config.ts';
export type { GatewayConfig, GatewayLimits, ResolvedConfig } from './config.ts';
export { crashPoints } from './crash-points.ts';
export type { CrashPoint } from './crash-points.ts';
export { GatewayError, gatewayErrors } from './errors.ts';
export type { GatewayErrorCode } from './errors.ts';
export { createGatewayClient } from './gateway-client.ts';
export type { DrainRequest, GatewayClient, GatewayState } from './gateway-client.ts';
export type { RouteTraffic, TrafficReport } from './primary/metrics.ts';
export type { RoutesAnswer } from './primary/primary.ts';
export type { RecordedWrite, RecordingReport } from './recorded-write.ts';
export { isSafeRoute, validateRouteTable } from './route-table.ts';
export type { Route, RouteTable } from './route-table.ts';
export type { AnsweredRequest } from './worker/latest-requests.ts';
export type { MismatchGroup, NoiseRule, RouteShadowReport, ShadowReport } from './shadow-report.ts';
