/** The bus on RabbitMQ: quorum queues, one per partition of a group. */
export { crashPoints } from './crash-points.ts';
export { createRabbitmqDriver, createRabbitmqDriver as createDriver, type RabbitmqDriverOptions } from './create-rabbitmq-driver.ts';
export { BusRabbitmqError, type BusRabbitmqErrorCode, busRabbitmqFaults } from './errors.ts';
export { createMarker, type Marker, type MarkerOptions } from './marker.ts';
