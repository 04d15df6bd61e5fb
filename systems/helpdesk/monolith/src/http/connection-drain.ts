/** Ends the program without cutting a client off: no new connections, and every answer asks its client to close the one it has. */
import { Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { NextFunction, Request, Response } from 'express';

/** Long enough for busy connections to be told; those that stay silent are closed without a loss. */
const graceMs = 250;

@Injectable()
export class ConnectionDrain implements BeforeApplicationShutdown {
  private ending = false;

  constructor(private readonly host: HttpAdapterHost) {}

  readonly middleware = (_: Request, response: Response, next: NextFunction): void => {
    if (this.ending) response.set('Connection', 'close');
    next();
  };

  /** The HTTP server's own close would also cut idle connections, on which a request may just be under way. */
  async beforeApplicationShutdown(): Promise<void> {
    this.ending = true;
    Server.prototype.close.call(this.host.httpAdapter.getHttpServer() as Server);
    await delay(graceMs);
  }
}
