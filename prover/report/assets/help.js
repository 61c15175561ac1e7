// The dialog that lists the keys.

const help = document.getElementById("help");
const helpButton = document.getElementById("help-open");

help.addEventListener("click", (event) => event.target === help && help.close());
document.getElementById("help-close").addEventListener("click", () => help.close());
helpButton.addEventListener("click", () => help.showModal());
helpButton.hidden = false;
