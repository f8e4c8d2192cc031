/*
 * torture.h - what the torture build does to the engine.
 *
 * With TORTURE defined, arrays that grow begin with room for one, text comes in
 * crumbs, and flows are judged: SPFA's after every step, a condensed one after every
 * solve.  Without, nothing here costs anything.
 */
#ifndef PINFLOW_TORTURE_H
#define PINFLOW_TORTURE_H

#include "graph/flow.h"

#include <assert.h>

#ifdef TORTURE
#define TORTURED(usual, cruel) (cruel)
#else
#define TORTURED(usual, cruel) (usual)
#endif

/* The flow is lawful and, as its prices prove, the cheapest of its size. */
static inline void torture_priced(const Network *net, NodeIx source, NodeIx sink)
{
#ifdef TORTURE
    FlowFault fault = flow_certify(net, source, sink);

    assert(fault == FLOW_SOUND || fault == FLOW_NOT_MAXIMUM);
#else
    (void)net, (void)source, (void)sink;
#endif
}

#endif
