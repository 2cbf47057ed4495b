// The echo of the benchmark as tRPC's users write it: the standalone server, with zod. `node trpc_echo.mjs PORT`
import { initTRPC } from "@trpc/server";
import { createHTTPServer } from "@trpc/server/adapters/standalone";
import { z } from "zod";

const t = initTRPC.create();
const shape = z.object({
  id: z.uuid(),
  url: z.string(),
  color: z.enum(["red", "blue"]),
  tags: z.array(z.string()),
});

const router = t.router({
  echo: t.procedure.input(shape).output(shape).mutation(({ input }) => ({ ...input })),
});

createHTTPServer({ router }).listen(Number(process.argv[2]), "127.0.0.1");
