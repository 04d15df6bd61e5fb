/** Node-Learn black-box acceptance suite. */
export {};
