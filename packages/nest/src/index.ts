/** The service package as NestJS on Fastify. */
export {};
