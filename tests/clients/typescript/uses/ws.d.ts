// tRPC's server declares an adapter over this package, which a client has no use for.
declare module "ws" {
  namespace ws {
    type WebSocket = unknown;
    type WebSocketServer = unknown;
  }
  export default ws;
}
