// The lab's own server.

const token = document.querySelector("meta[name=lab-token]").content;

async function answered(response) {
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

export const get = path => fetch(path).then(answered);

export function post(path, body = {}) {
  return fetch(path, {
    method: "POST",
    headers: {"Content-Type": "application/json", "X-Lab-Token": token},
    body: JSON.stringify(body),
  }).then(answered);
}
