/** `createServer` of node:http. `import` asks for all of its exports, and WebSocket is among them, with all of Node's fetch: 45 ms of every start. */
export const { createServer: createHttpServer } = process.getBuiltinModule('node:http');
