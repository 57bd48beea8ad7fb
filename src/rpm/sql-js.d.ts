// Like the package itself, with SQLite in the script instead of beside it.
declare module 'sql.js/dist/sql-wasm-inline.js' {
  export { default } from 'sql.js';
}
