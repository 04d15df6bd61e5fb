/** Program: serves the API on PORT until SIGTERM or SIGINT, then answers what is under way and ends. */
import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.ts';
import { ENVIRONMENT, type Environment } from './environment.ts';
import { configureHttp } from './http/configure-http.ts';

try {
  await start();
} catch (error) {
  new Logger('Main').error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

async function start(): Promise<void> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule, { abortOnError: false, bodyParser: false });
  const { host, port, frontendBaseUrl } = app.get<Environment>(ENVIRONMENT);
  configureHttp(app, frontendBaseUrl);
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  await app.listen(port, host);
}
