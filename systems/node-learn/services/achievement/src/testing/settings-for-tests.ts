/** What every program of a test is told; nobody answers where the owners should be. */
export const settingsForTests = (databaseUrl: string, brokerUrl = 'postgres://nowhere/events') => ({
  PORT: '0',
  INTERNAL_PORT: '0',
  DATABASE_URL: databaseUrl,
  BROKER_URL: brokerUrl,
  SERVICE_SECRET: 'a secret that the services of these tests share',
  QUIZ_URL: 'http://127.0.0.1:9',
  QUESTION_URL: 'http://127.0.0.1:9',
  AUTH_URL: 'http://127.0.0.1:9',
});
