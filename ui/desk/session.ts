// Signing in beside the work: a script that is answered 401 (code sign_in)
// lets the person sign in without leaving the page.

const channel = "dateline-session";

// tellSignedIn is called on every page: the one that says "you are signed in"
// tells the pages that wait, and closes itself when a script opened it.
export function tellSignedIn(): void {
  if (!document.querySelector("[data-signed-in]")) return;
  const others = new BroadcastChannel(channel);
  others.postMessage("signed-in");
  others.close();
  if (window.opener) window.close();
}

// signInAgain opens the sign-in in a small window and resolves when somebody
// has signed in, there or in any other tab. Call it from a click: browsers let
// nothing else open windows.
export function signInAgain(): Promise<void> {
  window.open("/desk/sign-in?popup=1", "dateline-sign-in", "popup,width=480,height=720");
  return new Promise((resolve) => {
    const others = new BroadcastChannel(channel);
    others.addEventListener("message", () => {
      others.close();
      resolve();
    });
  });
}
