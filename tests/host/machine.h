/* The host's stand-in for a booted machine; see machine.c. */
#ifndef TESTS_HOST_MACHINE_H
#define TESTS_HOST_MACHINE_H

/* Zones, mem_map and free lists as right after boot; whatever was allocated is
 * forgotten. */
void host_machine_init(void);

#endif
