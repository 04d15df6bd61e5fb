/** Makes the environment available to every module. */
import { Global, Module } from '@nestjs/common';
import { ENVIRONMENT, readEnvironment } from './environment.ts';

@Global()
@Module({
  providers: [{ provide: ENVIRONMENT, useFactory: () => readEnvironment() }],
  exports: [ENVIRONMENT],
})
export class EnvironmentModule {}
