// Starts the download that a button names in its data attribute.
document.querySelectorAll("[data-file]").forEach((button) => {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    window.location.assign(button.dataset.file);
  });
});
