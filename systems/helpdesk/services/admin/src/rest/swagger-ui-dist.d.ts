/** The types of one file of swagger-ui-dist, which brings none for it. */
declare module 'swagger-ui-dist/absolute-path.js' {
  /** The folder with the files of Swagger UI. */
  export default function absolutePath(): string;
}
