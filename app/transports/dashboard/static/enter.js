// A token for a cookie: in a header, never in an address, and forgotten at once.
const form = document.getElementById("enter");
const notice = document.getElementById("notice");

const exchange = async (token) => {
  const response = await fetch("/admin/queues/session", {
    method: "POST",
    headers: { Authorization: `Bearer ${token}` },
  });
  if (!response.ok) throw new Error((await response.json()).error.message);
};

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = form.elements.token;
  const token = field.value.trim();
  field.value = "";
  try {
    await exchange(token);
    location.reload();
  } catch (error) {
    notice.textContent = error.message;
    field.focus();
  }
});
form.querySelector("button").disabled = false; // before this the form would be sent as forms are
