/* The parameters that decide what is shown and where. */
#ifndef KERNEL_CONSOLE_PARAMS_H
#define KERNEL_CONSOLE_PARAMS_H

/* Obey loglevel=, quiet and console= in cmdline; says nothing of the rest, nor of
 * what is wrong: parse_params() comes by later. */
void parse_console_params(const char *cmdline);

#endif
