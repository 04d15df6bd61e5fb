/** Node-Learn: events and endpoints. */
export {};
