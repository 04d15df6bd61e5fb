/** Node-Learn data set and live traffic. */
export {};
