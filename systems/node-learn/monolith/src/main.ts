/** Program: serves the API on PORT until SIGTERM or SIGINT, then answers what is under way and ends. */
import 'reflect-metadata';
import './utc.ts';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.ts';
import { readEnvironment } from './environment.ts';
import { configureHttp, refuseUnknownPaths } from './http.ts';

try {
  await start();
} catch (error) {
  new Logger('Main').error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

async function start(): Promise<void> {
  const { host, port } = readEnvironment();
  const app = await NestFactory.create<NestExpressApplication>(AppModule, { abortOnError: false });
  configureHttp(app);
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  await app.init();
  refuseUnknownPaths(app);
  await app.listen(port, host);
}
