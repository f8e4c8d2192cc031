/*
 * peers.h - other people's solvers, each behind the same three doors.
 *
 * Loading copies a network into the peer's own graph and hands the peer all its
 * maps; solving runs it and reads the flow back, and no more.  The network is
 * borrowed for the load only.
 */
#ifndef BENCH_PEERS_H
#define BENCH_PEERS_H

#include <stdbool.h>
#include <stdint.h>

#include "graph/flow.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    PEER_LEMON_NETWORK_SIMPLEX,
    PEER_LEMON_COST_SCALING,
    PEER_LEMON_CAPACITY_SCALING,
    PEER_GLPK_OKALG,
} PeerKind;

typedef struct Peer Peer;

/* NULL where the peer has no numbers to hold the network.  @supply is the value
 * of a maximum flow.  Where @supplies_at_nodes, edges of source and sink that must
 * be full are not told as edges, but as supplies and demands of the nodes they lead
 * to; GLPK is always told the edges.  @wide forbids numbers of 32 bits. */
Peer *peer_load(PeerKind kind, const Network *net, NodeIx source, NodeIx sink,
                int64_t supply, bool supplies_at_nodes, bool wide);

typedef enum {
    PEER_SOLVED,
    PEER_REFUSES, /* a problem it does not take: a self loop, numbers too large */
    PEER_FINDS_NOTHING,
} PeerAnswer;

/* Once per load. */
PeerAnswer peer_solve(Peer *peer);

/* False where the answer may be wrong because its numbers were too narrow. */
bool peer_proven(const Peer *peer);

/* What the flow it found costs, by the costs of @net: the network it was loaded
 * from. */
int64_t peer_cost(const Peer *peer, const Network *net);

void peer_free(Peer *peer);

#ifdef __cplusplus
}
#endif

#endif
