/** Tokens: issue and verify; texts sealed for one reader. */
export { readBearerToken, readUnverifiedSubject } from './bearer.ts';
export { IdentityError, type IdentityErrorCode, identityFaults } from './errors.ts';
export { createSeal, type Seal } from './seal.ts';
export { createServiceTokens, type ServiceTokens, type ServiceTokensOptions, type ServiceVerification } from './service-tokens.ts';
export { secretBytesMin, secretToKey } from './secret.ts';
export {
  createTokens,
  type HmacAlgorithm,
  type Refusal,
  tokenCharactersMax,
  type Tokens,
  type TokensOptions,
  type UserClaims,
  type Verification,
  type VerifiedClaims,
} from './tokens.ts';
