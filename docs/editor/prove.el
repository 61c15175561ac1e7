;;; prove.el --- Fill the holes of a Lean file  -*- lexical-binding: t -*-

;; M-x prove-holes fills the holes on the current line, with a prefix argument (C-u) those of the whole buffer.
;; The buffer need not be saved; nothing is put in if it has changed meanwhile.

(defvar prove-command "prove"
  "The program, or its whole path where Perl's `prove' is found first.")

(defun prove-holes (&optional all)
  "Fill the holes (`sorry') on the current line of a Lean buffer, or ALL of them."
  (interactive "P")
  (let* ((buffer (current-buffer))
         (tick (buffer-chars-modified-tick))
         (line (number-to-string (line-number-at-pos nil t)))
         (out (generate-new-buffer " *prove output*"))
         (process-environment (cons "NO_COLOR=1" process-environment))
         (process
          (make-process
           :name "prove" :buffer out :noquery t :coding 'utf-8-unix :connection-type 'pipe
           :stderr (get-buffer-create "*prove*")
           :command (append (list prove-command "-" "--print" "file") (unless all (list "--line" line)))
           :sentinel
           (lambda (process _event)
             (unless (process-live-p process)
               (cond
                ((> (process-exit-status process) 1) (display-buffer "*prove*"))
                ((not (buffer-live-p buffer)))
                ((/= tick (with-current-buffer buffer (buffer-chars-modified-tick)))
                 (message "prove: the buffer has changed; nothing was put in"))
                (t (with-current-buffer buffer
                     (save-restriction (widen) (replace-buffer-contents out)))
                   (message "prove: %s" (if (zerop (process-exit-status process)) "all proved" "see *prove*"))))
               (kill-buffer out))))))
    (message "prove: searching")
    (save-restriction
      (widen)
      (process-send-region process (point-min) (point-max)))
    (process-send-eof process)))

(provide 'prove)
;;; prove.el ends here
