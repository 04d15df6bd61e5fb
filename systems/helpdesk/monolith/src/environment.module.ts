/** Loads `.env` of the working directory, where there is one, and makes the environment available to every module. */
import { existsSync } from 'node:fs';
import { Global, Module } from '@nestjs/common';
import { ENVIRONMENT, type Environment, readEnvironment } from './environment.ts';

@Global()
@Module({
  providers: [{ provide: ENVIRONMENT, useFactory: loadEnvironment }],
  exports: [ENVIRONMENT],
})
export class EnvironmentModule {}

function loadEnvironment(): Environment {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return readEnvironment();
}
