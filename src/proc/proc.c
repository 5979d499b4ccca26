/*
 * The register of reporters: pointers that PROC_FILE left in a section, so that
 * a reporter needs no list. Looked up rarely and few, hence without an order;
 * proc_next() finds the next name by looking at all of them.
 */
#include <lib/string.h>
#include <proc/proc.h>

#define PROC_ROOT "/proc/"

extern const struct proc_file *const __start_proc_files[];
extern const struct proc_file *const __stop_proc_files[];

const struct proc_file *proc_next(const struct proc_file *last)
{
	const struct proc_file *next = NULL;

	for (const struct proc_file *const *p = __start_proc_files;
	     p < __stop_proc_files; p++) {
		if (last && strcmp((*p)->name, last->name) <= 0)
			continue;
		if (!next || strcmp((*p)->name, next->name) < 0)
			next = *p;
	}
	return next;
}

const struct proc_file *proc_find(const char *path)
{
	if (str_has_prefix(path, PROC_ROOT))
		path += strlen(PROC_ROOT);
	for (const struct proc_file *const *p = __start_proc_files;
	     p < __stop_proc_files; p++) {
		if (strcmp((*p)->name, path) == 0)
			return *p;
	}
	return NULL;
}
