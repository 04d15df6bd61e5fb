// node sql.js <database url> <file>: runs a file of SQL, as psql -f does.
const { readFileSync } = require('node:fs');
const { Client } = require('pg');

const [url, file] = process.argv.slice(2);
const client = new Client({ connectionString: url });

client
  .connect()
  .then(() => client.query(readFileSync(file, 'utf8')))
  .then((results) => console.log(`${file}: ${[results].flat().length} statements`))
  .catch((error) => {
    console.error(`${file}: ${error.message}`);
    process.exitCode = 1;
  })
  .finally(() => client.end());
