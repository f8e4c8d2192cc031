/*
 * libvirt_xml.h - what libvirt writes as XML: which CPUs a host has, and what the owners
 * of its VMs want.
 *
 * Texts come from other people, a VM's from its owner: nothing is fetched, no entity
 * expanded, and what makes no sense is an error or is passed over, never a crash.
 */
#ifndef LIBVIRT_XML_H
#define LIBVIRT_XML_H

#include "model/topology.h"

/* Of a capabilities document.  CPUs that it does not mention, below @n_pcpus, are there
 * and offline; there may be more than @n_pcpus.  Where cores or caches are not told, each
 * CPU is a core, each cell a cache; where nothing is told, all @n_pcpus are alike. */
Topology *topology_from_capabilities(const char *xml, int n_pcpus, CpuSets *sets,
                                     GError **error);

/* What the owner of a VM wrote down.  Nothing of it is what is in force. */
typedef struct {
    GPtrArray *allowed;     /* of CpuSet: what each vCPU may run on, by its number */
    const CpuSet *anywhere; /* vCPUs beyond that */
    const CpuSet *emulator; /* or NULL where nothing is said */
    const CpuSet *memory;   /* ids of cells whose memory it must use, or NULL */
    int weight;             /* cpu_shares; 0 where nothing is said */
    int quota;              /* of each vCPU, thousandths of a CPU; 0 for none */
    const char *hands_off;  /* why it is to be left as it is, or NULL */
    char *state;            /* what was left with it; or NULL */
} VmWishes;

void vm_wishes_clear(VmWishes *wishes);

/* Of a domain document; "allowed" is the vCPUs' pins, or else the cpuset, in it. */
bool vm_wishes_from_xml(const char *xml, const Topology *topology, VmWishes *out,
                        GError **error);

/* "urn:pinflow:policy:1" and "urn:pinflow:state:1".  The elements are <policy managed="no"/>,
 * where anything but "yes" means no, and <state>a line of text</state>. */
extern const char vm_policy_uri[], vm_state_uri[];

/* The element that holds @state, as virDomainSetMetadata takes it; free with g_free. */
char *vm_state_to_xml(const char *state);

#endif
