// The list of actuators. A new actuator takes a file (actuator_karpenter.cc is an example), a line in each of the two
// lists here, and a test in supply_reader_test.cc or size_write_test.cc.
#pragma once

#include "controller/kube/nodepool/actuator.h"

namespace aia::kube {

std::unique_ptr<Actuator> karpenter_node_pool(const ActuatorPorts& ports);
std::unique_ptr<Actuator> machine_deployment(const ActuatorPorts& ports);
std::unique_ptr<Actuator> capacity_buffer(const ActuatorPorts& ports);
std::unique_ptr<Actuator> any_scale(const ActuatorPorts& ports);

/// The first actuator that sizes a pool is the pool's actuator; the last sizes whatever has a scale.
inline constexpr std::unique_ptr<Actuator> (*kActuators[])(const ActuatorPorts& ports) = {
    karpenter_node_pool, machine_deployment, capacity_buffer, any_scale};

}  // namespace aia::kube
