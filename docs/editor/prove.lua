-- For Neovim: :Prove fills the holes on the current line, :Prove! those of the whole buffer.
-- The buffer need not be saved; nothing is put in if it has changed meanwhile.
-- vim.g.prove_command: its whole path, where another `prove` (Perl has one) is found first.
vim.api.nvim_create_user_command("Prove", function(given)
  local buffer = vim.api.nvim_get_current_buf()
  local tick = vim.api.nvim_buf_get_changedtick(buffer)
  local before = vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
  local command = { vim.g.prove_command or "prove", "-", "--print", "file" }
  if not given.bang then
    vim.list_extend(command, { "--line", tostring(vim.fn.line(".")) })
  end
  local after, said = {}, {}
  local job = vim.fn.jobstart(command, {
    cwd = vim.fn.expand("%:p:h"),
    stdout_buffered = true,
    stderr_buffered = true,
    on_stdout = function(_, lines) after = lines end,
    on_stderr = function(_, lines) said = lines end,
    on_exit = function(_, code)
      vim.notify(vim.trim(table.concat(said, "\n")))
      if after[#after] == "" then
        table.remove(after)
      end
      if code > 1 or not vim.api.nvim_buf_is_valid(buffer) then
        return
      elseif vim.api.nvim_buf_get_changedtick(buffer) ~= tick then
        vim.notify("prove: the buffer has changed; nothing was put in", vim.log.levels.WARN)
      elseif not vim.deep_equal(before, after) then
        vim.api.nvim_buf_set_lines(buffer, 0, -1, false, after)
      end
    end,
  })
  vim.fn.chansend(job, table.concat(before, "\n") .. "\n")
  vim.fn.chanclose(job, "stdin")
end, { bang = true })
