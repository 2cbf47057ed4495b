// Before SAQ's script: each request carries the session's proof, a refusal is shown, and an ended session leads to the door.
(() => {
  const root = "/admin/queues";
  const proof = document.querySelector("meta[name=csrf-token]").content;
  const plainFetch = window.fetch.bind(window);

  // SAQ's script knows its first page by the slash at the end
  if (location.pathname === root) history.replaceState(null, "", `${root}/${location.search}`);

  const tell = (message) => {
    const notice = document.getElementById("notice");
    notice.textContent = message;
    notice.hidden = !message;
  };

  const guarded = (address, options = {}) =>
    plainFetch(address, { ...options, headers: { ...options.headers, "X-CSRF-Token": proof } });

  window.fetch = async (address, options = {}) => {
    const response = await guarded(address, options);
    if (response.status === 401) location.reload();
    if (options.method) tell("");
    if (response.ok) return response;
    const { error } = await response.json();
    tell(error.message);
    return new Response(JSON.stringify({ error: error.message }), { status: response.status });
  };

  document.addEventListener("DOMContentLoaded", () => {
    document.getElementById("leave").addEventListener("click", async () => {
      await guarded(`${root}/session`, { method: "DELETE" });
      location.reload();
    });
  });
})();
