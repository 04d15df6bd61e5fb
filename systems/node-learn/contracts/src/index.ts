/** Node-Learn: events and endpoints. */
export { bareRefusal, refusal, serverError } from './answers.ts';
export { authEndpoints, finishSignIn, profile, startSignIn } from './auth.ts';
export { openApiDocument, openApiText } from './open-api.ts';
